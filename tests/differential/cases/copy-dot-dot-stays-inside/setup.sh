mkdir tree
echo a > a.txt
