mkdir -p services/web services/db/deep
echo web > services/web/config.ini
echo other > services/db/other.ini
