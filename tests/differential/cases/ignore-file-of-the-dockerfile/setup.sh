echo a > a
echo b > b
echo a > .dockerignore
printf "b\n*Dockerfile*\n" > Dockerfile.dockerignore
