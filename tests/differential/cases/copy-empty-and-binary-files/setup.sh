: > empty
head -c 65536 /dev/zero > zeros
seq 1 200000 > numbers
printf 'no newline' > open-ended

