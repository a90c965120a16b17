// An empty main: it leaves the host alone, and does nothing else either.
int main(void)
{
	return 0;
}
