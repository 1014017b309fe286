mkdir -p tree/sub
echo a > tree/a
ln -s a tree/relative
ln -s /etc/passwd tree/absolute
ln -s nowhere tree/dangling
ln -s sub tree/folder
ln -s ../a tree/sub/up
