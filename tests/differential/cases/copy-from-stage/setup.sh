mkdir -p tree/sub
echo a > tree/a
chmod 640 tree/a
ln -s ../a tree/sub/up
