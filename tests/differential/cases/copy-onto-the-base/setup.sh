mkdir -p tree/bin tree/lib
echo a > a
echo t > tree/bin/tool
chmod 755 tree/bin/tool
