mkdir -p tree/etc
echo x > tree/etc/x
echo a > a.txt
