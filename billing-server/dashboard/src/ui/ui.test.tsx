import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { Announcer, announce, announceCalmly } from './Announcer';
import { Button } from './Button';
import { DataTable } from './DataTable';
import { Field } from './Field';
import { Later } from './Later';
import { Meter } from './Meter';
import { RadioCards } from './RadioCards';

describe('Meter', () => {
  it.each([
    [0, '0'],
    [0.1234, '12.3'],
    [1, '100'],
    [1.7, '100'],
    [-1, '0'],
  ])('shows %d as a bar of %s percent, by an attribute', (share, width) => {
    const { container } = render(<Meter label="Day" text="1 of 10" share={share} tone="data" />);
    const bar = screen.getByRole('progressbar', { name: 'Day' });
    expect(bar.getAttribute('aria-valuetext')).toBe('1 of 10');
    expect(bar.getAttribute('aria-valuenow')).toBe(width);
    expect(container.querySelector('rect')?.getAttribute('width')).toBe(width);
    expect(container.querySelector('[style]')).toBeNull();
  });
});

describe('Button', () => {
  it('does nothing more while it is busy, and keeps the focus', async () => {
    const onClick = vi.fn();
    const { rerender } = render(<Button onClick={onClick}>Save</Button>);
    await userEvent.click(screen.getByRole('button'));
    rerender(
      <Button onClick={onClick} busy>
        Save
      </Button>,
    );
    await userEvent.click(screen.getByRole('button'));
    expect(onClick).toHaveBeenCalledTimes(1);
    expect(document.activeElement).toBe(screen.getByRole('button'));
  });
});

describe('Field', () => {
  it('ties hint and error to its input', () => {
    render(<Field label="Amount" hint="From 5" error="Too small" />);
    const input = screen.getByLabelText('Amount');
    const described = input.getAttribute('aria-describedby')?.split(' ') ?? [];
    expect(described.map((id) => document.getElementById(id)?.textContent)).toEqual(['From 5', 'Too small']);
    expect(input.getAttribute('aria-invalid')).toBe('true');
  });
});

describe('Later', () => {
  it('draws the placeholder first, the children after it, and changes of them at once', () => {
    const drawn: string[] = [];
    const Drawn = ({ name }: { name: string }) => {
      drawn.push(name);
      return name;
    };
    const later = (name: string) => (
      <Later placeholder={<Drawn name="placeholder" />}>
        <Drawn name={name} />
      </Later>
    );
    const { container, rerender } = render(later('rows'));
    expect(container.textContent).toBe('rows');
    rerender(later('newer rows'));
    expect(container.textContent).toBe('newer rows');
    expect(drawn).toEqual(['placeholder', 'rows', 'newer rows']);
  });
});

describe('RadioCards', () => {
  it('is one choice, its whole card to press', async () => {
    function Choice() {
      const [value, setValue] = useState<'a' | 'b'>('a');
      const options = [
        { value: 'a', title: 'First' },
        { value: 'b', title: 'Second' },
      ] as const;
      return <RadioCards legend="Way" options={options} value={value} onChange={setValue} />;
    }
    render(<Choice />);
    await userEvent.click(screen.getByText('Second'));
    expect(screen.getByRole<HTMLInputElement>('radio', { name: 'First' }).checked).toBe(false);
    expect(screen.getByRole<HTMLInputElement>('radio', { name: 'Second' }).checked).toBe(true);
  });
});

describe('DataTable', () => {
  it('is a table with headers and a name', () => {
    const columns = [
      { key: 'day', header: 'Day', cell: (row: number) => `day ${row}` },
      { key: 'sum', header: 'Sum', amount: true, cell: (row: number) => row },
    ];
    render(<DataTable caption="Days" columns={columns} rows={[1, 2]} rowKey={String} />);
    expect(screen.getByRole('table', { name: 'Days' })).toBeTruthy();
    expect(screen.getAllByRole('columnheader').map((header) => header.textContent)).toEqual(['Day', 'Sum']);
    expect(screen.getAllByRole('row')).toHaveLength(3);
  });
});

describe('Announcer', () => {
  it('tells at once, and the same words again', () => {
    const { container } = render(<Announcer />);
    act(() => announce('Saved'));
    const first = container.textContent;
    act(() => announce('Saved'));
    expect(first?.trim()).toBe('Saved');
    expect(container.textContent).not.toBe(first);
    expect(container.textContent?.trim()).toBe('Saved');
  });

  it('tells what changes often once in five seconds, the newest last', () => {
    vi.useFakeTimers({ now: Date.parse('2026-11-28T10:00:00Z') });
    const { container } = render(<Announcer />);
    act(() => announceCalmly('one'));
    act(() => announceCalmly('two'));
    act(() => announceCalmly('three'));
    expect(container.textContent).toBe('one');
    act(() => vi.advanceTimersByTime(5_000));
    expect(container.textContent).toBe('three');
  });
});
