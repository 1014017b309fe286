mkdir -p a/b/tmp c/tmp
for n in x.tmp a/x.tmp a/b/x.tmp a/b/tmp/y c/tmp/z c/keep; do echo $n > $n; done
printf "**/*.tmp\n**/tmp\n" > .dockerignore
