import { weekdays, type ScheduleConfig } from '../config/rule.js';

/** @param now by the clock of the device; it may jump, and then the rule goes by what it says */
export function isScheduled(schedules: readonly ScheduleConfig[] | undefined, now: Date): boolean {
  if (schedules === undefined) return true;
  const minute = now.getHours() * 60 + now.getMinutes();
  const today = weekdays[now.getDay()] ?? 'sun';
  const yesterday = weekdays[(now.getDay() + 6) % 7] ?? 'sat';
  return schedules.some(({ days, from, to }) => {
    const [begin, end] = [minuteOf(from), minuteOf(to)];
    if (begin < end) return days.includes(today) && minute >= begin && minute < end;
    return (days.includes(today) && minute >= begin) || (days.includes(yesterday) && minute < end);
  });
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
