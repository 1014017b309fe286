echo "root:x:0:0::/:/bin/sh" > passwd
chmod 600 passwd
