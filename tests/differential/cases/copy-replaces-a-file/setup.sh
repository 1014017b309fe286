echo one > one
chmod 600 one
echo two > two
chmod 755 two
