echo hello > hello.txt
chmod 640 hello.txt
chown 1234:1234 hello.txt
