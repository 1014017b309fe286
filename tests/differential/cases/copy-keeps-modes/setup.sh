mkdir -p tree/private tree/open tree/sticky
for mode in 400 444 600 755 777 711; do echo $mode > tree/f$mode; chmod $mode tree/f$mode; done
chmod 700 tree/private
chmod 777 tree/open
chmod 1777 tree/sticky
