mkdir tree
echo a > tree/a
python3 -c 'import os; os.setxattr("tree/a", "user.note", b"kept\x00binary")'
