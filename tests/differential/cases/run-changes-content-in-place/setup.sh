echo a > a
chmod 604 a
