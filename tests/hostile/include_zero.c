// A file without an end keeps the compiler busy.
#include "/dev/zero"

int main(void)
{
	return 0;
}
