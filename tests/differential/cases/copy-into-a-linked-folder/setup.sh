mkdir -p base/real base/data
ln -s real base/link
ln -s /data base/absolute
echo a > a
echo b > b
