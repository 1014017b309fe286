mkdir -p one/sub two/sub two/new
echo 1 > one/sub/1
echo 2 > two/sub/2
echo 3 > two/new/3
