"""Files as people have them: what kind they are, how they are written, and their rows as tables of text.

Nothing here knows what a column means to the product, and nothing is sent or stored: whoever reads a
file says which columns hold numbers, times or ids, and gets back what was understood and what is wrong.
"""
