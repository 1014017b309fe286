mkdir -p tree/sub
echo a > a
echo b > tree/sub/b
