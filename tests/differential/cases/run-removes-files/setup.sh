mkdir -p tree/sub
echo a > tree/a
echo b > tree/sub/b
echo c > tree/c
