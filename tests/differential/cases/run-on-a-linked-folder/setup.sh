mkdir -p base/real
echo o > base/real/old
ln -s real base/link
