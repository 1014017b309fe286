mkdir -p src/deep/er empty .config
echo m > src/main.c
echo d > src/deep/er/d
echo h > .config/h
: > zero
