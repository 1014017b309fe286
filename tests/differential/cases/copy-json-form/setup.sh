echo a > "my file.txt"
echo b > "other file.txt"
