mkdir base
echo old > base/target
ln -s target base/link
echo new > new
