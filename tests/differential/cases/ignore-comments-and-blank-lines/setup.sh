mkdir sub
for n in a b c sub/a "#d"; do echo $n > "$n"; done
printf "# comment\n\n  a  \n/b\n./c\n" > .dockerignore
