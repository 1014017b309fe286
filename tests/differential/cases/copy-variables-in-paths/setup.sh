echo a > app.txt
