mkdir -p tree/folder/sub
echo f > tree/file
ln -s file tree/link
