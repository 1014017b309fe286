mkdir etc
echo "192.0.2.1 mine" > etc/hosts
echo "nameserver 192.0.2.2" > etc/resolv.conf
echo mine > etc/hostname
