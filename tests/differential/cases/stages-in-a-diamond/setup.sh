for n in a l r; do echo $n > $n; done
