echo here > here.txt
