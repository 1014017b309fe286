mkdir tree
echo s > tree/suid
chmod 4755 tree/suid
echo g > tree/sgid
chmod 2755 tree/sgid
