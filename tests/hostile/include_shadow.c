// The compiler quotes what it can't understand: the passwords of the machine, if it could read them.
#include "/etc/passwd"
#include "/etc/shadow"
#include "/proc/self/environ"

int main(void)
{
	return 0;
}
