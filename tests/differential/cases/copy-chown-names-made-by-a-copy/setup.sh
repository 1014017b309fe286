echo "app:x:77:78::/:/bin/sh" > passwd
echo "staff:x:99:" > group
echo a > a
