for n in a.so b.so liba libb libcc; do echo $n > $n; done
