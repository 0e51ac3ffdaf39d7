"""How bureaus write their files: headings, codes, units, days and signs of their own.

Declarations only, one module a register as in `kexin.registers`. The same declarations
make the files (`kexin.simulate.deliveries`) and, by command, the mappings that take
them in (`kexin.simulate.mapped`).
"""
