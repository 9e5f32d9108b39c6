"""How far ideas come, from the day they are handed in to the projects that they become."""
