mkdir tree
mkfifo tree/pipe
chmod 620 tree/pipe
