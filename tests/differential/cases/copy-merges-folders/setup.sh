mkdir -p one/sub two/sub
echo 1 > one/1
echo s1 > one/sub/s1
echo both1 > one/both
echo 2 > two/2
echo s2 > two/sub/s2
echo both2 > two/both
