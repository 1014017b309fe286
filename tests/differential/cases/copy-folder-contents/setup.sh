mkdir -p tree/sub/deeper
echo a > tree/a
echo b > tree/sub/b
