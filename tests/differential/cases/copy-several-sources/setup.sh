mkdir tree
echo a > a.txt
echo b > b.txt
echo c > tree/c.txt
