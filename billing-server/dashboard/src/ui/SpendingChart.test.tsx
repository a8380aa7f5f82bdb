import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';
import type { ChartDay } from './chart';
import SpendingChart from './SpendingChart';

const days: ChartDay[] = [
  { key: 'a', label: '1', text: 'Monday: 3', values: [1, 2], incomplete: false },
  { key: 'b', label: '2', text: 'Tuesday: 0', values: [0, 0], incomplete: false },
  { key: 'c', label: '3', text: 'Wednesday: 1000', values: [1000, 0], incomplete: true },
];

function Chart({
  shown = days,
  onOpen = () => undefined,
}: {
  shown?: ChartDay[];
  onOpen?: (place: number) => void;
}) {
  const [active, setActive] = useState<number | null>(null);
  return (
    <SpendingChart
      label="Spending"
      describedBy="none"
      days={shown}
      formatValue={(value) => `${value} $`}
      active={active}
      onActive={setActive}
      onOpen={onOpen}
      onBlur={() => setActive(null)}
    />
  );
}

const bars = (container: HTMLElement) => [...container.querySelectorAll('.chart-bar')];

describe('SpendingChart', () => {
  it('stacks what there is, at least a pixel high', () => {
    const { container } = render(<Chart />);
    const heights = bars(container).map((bar) => Number(bar.getAttribute('height')));
    expect(heights).toHaveLength(3);
    expect(Math.min(...heights)).toBe(1);
    expect(Math.max(...heights)).toBe(200);
  });

  it('hatches the day that is not over', () => {
    const { container } = render(<Chart />);
    expect(container.querySelectorAll('rect[fill^="url(#"]')).toHaveLength(1);
  });

  it('has no inline styles', () => {
    const { container } = render(<Chart />);
    expect(container.querySelector('[style]')).toBeNull();
  });

  it('keeps its axis, and makes no values up, where nothing was spent', () => {
    const { container } = render(<Chart shown={days.map((day) => ({ ...day, values: [0, 0] }))} />);
    expect(bars(container)).toHaveLength(0);
    expect([...container.querySelectorAll('text')].map((text) => text.textContent)).toEqual([
      '0 $',
      '1',
      '2',
      '3',
    ]);
  });

  it('tells each day by keyboard, and opens it', async () => {
    const onOpen = vi.fn();
    render(<Chart onOpen={onOpen} />);
    const slider = screen.getByRole('slider', { name: 'Spending' });
    slider.focus();
    const told = () => slider.getAttribute('aria-valuetext');
    expect(told()).toBe('Wednesday: 1000');
    await userEvent.keyboard('{ArrowLeft}{ArrowLeft}{ArrowLeft}');
    expect(told()).toBe('Monday: 3');
    await userEvent.keyboard('{ArrowRight}');
    expect(told()).toBe('Tuesday: 0');
    await userEvent.keyboard('{Home}{Enter}{End}');
    expect(told()).toBe('Wednesday: 1000');
    expect(onOpen.mock.calls).toEqual([[0]]);
  });

  it('opens the day that is pressed, while a tap shows it first', () => {
    const onOpen = vi.fn();
    render(<Chart onOpen={onOpen} />);
    const slider = screen.getByRole('slider');
    const press = (at: { clientX: number; pointerType: string }) => {
      fireEvent.pointerDown(slider, { ...at, button: 0 });
      fireEvent.pointerUp(slider, at);
    };
    press({ clientX: 100, pointerType: 'touch' });
    expect(slider.getAttribute('aria-valuetext')).toBe('Monday: 3');
    expect(onOpen).not.toHaveBeenCalled();
    press({ clientX: 620, pointerType: 'mouse' });
    expect(onOpen.mock.calls).toEqual([[2]]);
    press({ clientX: 10, pointerType: 'mouse' });
    expect(onOpen).toHaveBeenCalledTimes(1);
  });

  it('opens nothing by another button, or by a press that began elsewhere', () => {
    const onOpen = vi.fn();
    render(<Chart onOpen={onOpen} />);
    const slider = screen.getByRole('slider');
    const at = { clientX: 620, pointerType: 'mouse' };
    fireEvent.pointerUp(slider, at);
    fireEvent.pointerDown(slider, { ...at, button: 2 });
    fireEvent.pointerUp(slider, at);
    fireEvent.pointerDown(slider, { ...at, button: 0 });
    fireEvent.pointerLeave(slider, at);
    fireEvent.pointerUp(slider, at);
    expect(onOpen).not.toHaveBeenCalled();
  });
});
