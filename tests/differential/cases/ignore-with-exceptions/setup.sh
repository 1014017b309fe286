mkdir -p docs logs/keep
for n in a.md b.md README.md docs/c.md logs/x.log logs/keep/y.log; do echo $n > $n; done
printf "**/*.md\n!README.md\nlogs\n!logs/keep\n" > .dockerignore
