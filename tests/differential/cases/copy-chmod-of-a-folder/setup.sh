mkdir -p tree/sub
echo a > tree/a
echo b > tree/sub/b
chmod 600 tree/a
chmod 700 tree/sub
