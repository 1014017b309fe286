mkdir -p releases/v2
echo v2 > releases/v2/app.txt
ln -s releases/v2 current
