/* SPDX-License-Identifier: BSD-3-Clause */
/* What jwt-verify's libraries cost a process that does nothing: the unit of all figures. */
int main(void)
{
    return 0;
}
