mkdir -p docs build/deep
echo r > README.md
echo d > docs/guide.md
echo b > build/deep/b
echo k > kept
printf "*.md\nbuild\n" > .dockerignore
