long=$(printf 'n%.0s' $(seq 1 120))
mkdir -p "tree/$long/$long/$long"
echo deep > "tree/$long/$long/$long/$long.txt"
echo umlaut > "tree/größe-日本語.txt"
echo space > "tree/a b"
ln -s "$long/$long/$long/$long.txt" tree/link
