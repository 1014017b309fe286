mkdir tree
echo a > a
echo b > tree/b
