for n in file1.txt file2.txt file10.txt a.md b.md c.md; do echo $n > $n; done
