mkdir -p tree/sub/deep
echo b > tree/sub/b
echo d > tree/sub/deep/d
