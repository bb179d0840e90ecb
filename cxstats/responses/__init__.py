"""What customers answered: scales, exports, designs and counts."""
