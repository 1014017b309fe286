mkdir tree
echo a > a.txt
echo b > .hidden.txt
echo c > tree/c.txt
echo d > d.md
