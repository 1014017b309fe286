mkdir real
echo a > target
echo r > real/r
ln -s target link
ln -s real linkdir
