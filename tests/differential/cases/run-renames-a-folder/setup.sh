mkdir -p tree/old/deep
echo a > tree/old/a
echo d > tree/old/deep/d
